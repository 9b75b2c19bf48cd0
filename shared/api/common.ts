import { z } from 'zod';

/** Id of any object of a tenant: a UUID. */
export const idSchema = z.uuid();

/** An instant, ISO 8601 in UTC. */
export const timeSchema = z.iso.datetime();

/** Control characters other than tab and line break; never wanted in text that people typed. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u;

/**
 * Text that a person typed: trimmed, at most `max` UTF-16 units, no control characters, no half surrogate pairs.
 */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((value) => !CONTROL.test(value) && value.isWellFormed(), { message: 'must not hold control characters' });

/** Text of which at least one character is left after trimming. */
export const requiredText = (max: number) => text(max).min(1);

/** A number of the other side of a call to look for, in any written form: the whole number, or its last four digits. */
export const numberSearchSchema = requiredText(40);

/** What every record carries. `createdBy` and `updatedBy` name the actor: `user:ID`, `apiKey:ID`, `system:NAME`. */
export const recordFields = {
  id: idSchema,
  createdAt: timeSchema,
  createdBy: z.string(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
} as const;

/** Path parameters of routes on one object. */
export const idParams = z.strictObject({ id: idSchema });

/** Query of every list. `cursor` is what the previous answer's `nextCursor` said. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(300).optional(),
} as const;

export const pageQuery = z.strictObject(pageFields);

/** Answer of every list; `nextCursor` is null on the last page. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** One fault of a request: where (`body.phones.0`) and what. */
export const faultSchema = z.object({ path: z.string(), message: z.string() });

/** RFC 9457 problem document. `code` is stable and machine-readable; `title` is one English sentence. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  errors: z.array(faultSchema).optional(),
});

export type Fault = z.infer<typeof faultSchema>;

/** The own password; empty from who has confirmed it at the provider of single sign-on just now: they may know none. */
export const proofSchema = z.string().max(1000).default('');
