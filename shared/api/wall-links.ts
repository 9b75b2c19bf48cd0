import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, requiredText, timeSchema } from './common.ts';

/** A link with which a screen shows live figures without a login. */
export const wallLinkSchema = z.object({
  id: idSchema,
  name: z.string(),
  queueIds: z.array(idSchema),
  showsNames: z.boolean(),
  showsNumbers: z.boolean(),
  /** null = until it is ended by hand. */
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
  /** How often a screen was opened with it; one that connects again within ten minutes counts once. */
  opens: z.number().int(),
  lastOpenedAt: timeSchema.nullable(),
  createdAt: timeSchema,
  createdBy: z.string(),
});

export const listWallLinks = route({
  id: 'listWallLinks',
  method: 'GET',
  path: '/wall-links',
  summary: 'Links for screens on the wall, newest first, ended ones too.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  response: z.object({ items: z.array(wallLinkSchema) }),
});

export const createWallLink = route({
  id: 'createWallLink',
  method: 'POST',
  path: '/wall-links',
  summary: 'Make a link for a screen; the token is told once. It works from the source IP ranges of the maker’s profile.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  body: z.strictObject({
    name: requiredText(100),
    queueIds: z.array(idSchema).min(1).max(50),
    /** Names of agents, with what they do. */
    showsNames: z.boolean().default(false),
    /** Numbers of callers who wait. */
    showsNumbers: z.boolean().default(false),
    /** null = until it is ended by hand. */
    days: z.number().int().min(1).max(3650).nullable().default(null),
  }),
  response: z.object({ id: idSchema, token: z.string(), expiresAt: timeSchema.nullable() }),
});

export const revokeWallLink = route({
  id: 'revokeWallLink',
  method: 'DELETE',
  path: '/wall-links/{id}',
  summary: 'End a link; screens that show it go dark at once.',
  tag: 'board',
  permission: 'board.manage',
  rate: 'normal',
  params: idParams,
});

export const getWall = route({
  id: 'getWall',
  method: 'GET',
  path: '/public/wall/{token}',
  summary: 'Whether a link for a screen is good from this address; 404 when not. Figures come by the WebSocket `/api/v1/wall/{token}`.',
  tag: 'public',
  permission: 'public',
  rate: 'public',
  params: z.strictObject({ token: requiredText(200) }),
  response: z.object({ name: z.string(), expiresAt: timeSchema.nullable() }),
});

export type WallLink = z.infer<typeof wallLinkSchema>;
