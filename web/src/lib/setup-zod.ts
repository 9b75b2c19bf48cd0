import { z } from 'zod';

// zod probes `new Function`, which the content security policy refuses: it must be off before the first schema is built.
z.config({ jitless: true });
