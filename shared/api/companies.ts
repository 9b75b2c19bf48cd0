import { z } from 'zod';
import { route } from '../contract.ts';
import { idParams, idSchema, listOf, pageFields, recordFields, requiredText, text } from './common.ts';

export const companySchema = z.object({
  ...recordFields,
  name: z.string(),
  nameKana: z.string(),
  phones: z.array(z.string()),
  address: z.string(),
  note: z.string(),
  /** Who looks after the company's customers; a queue may ask them first. */
  ownerId: idSchema.nullable(),
  ownerName: z.string(),
});

export const createCompanySchema = z.strictObject({
  name: requiredText(200),
  nameKana: text(200).default(''),
  phones: z.array(requiredText(40)).max(20).default([]),
  address: text(500).default(''),
  note: text(10_000).default(''),
  ownerId: idSchema.nullable().default(null),
});

export const updateCompanySchema = z
  .strictObject({ name: requiredText(200), nameKana: text(200), phones: z.array(requiredText(40)).max(20), address: text(500), note: text(10_000), ownerId: idSchema.nullable() })
  .partial();

export const listCompanies = route({
  id: 'listCompanies',
  method: 'GET',
  path: '/companies',
  summary: 'List or search companies by name, kana or number.',
  tag: 'companies',
  permission: 'customer.read',
  rate: 'normal',
  query: z.strictObject({ ...pageFields, q: text(100).optional() }),
  response: listOf(companySchema),
});

export const getCompany = route({
  id: 'getCompany',
  method: 'GET',
  path: '/companies/{id}',
  summary: 'One company.',
  tag: 'companies',
  permission: 'customer.read',
  rate: 'normal',
  params: idParams,
  response: companySchema,
});

export const createCompany = route({
  id: 'createCompany',
  method: 'POST',
  path: '/companies',
  summary: 'Create a company.',
  tag: 'companies',
  permission: 'customer.write',
  rate: 'normal',
  body: createCompanySchema,
  response: companySchema,
});

export const updateCompany = route({
  id: 'updateCompany',
  method: 'PATCH',
  path: '/companies/{id}',
  summary: 'Change the given fields of a company.',
  tag: 'companies',
  permission: 'customer.write',
  rate: 'normal',
  params: idParams,
  body: updateCompanySchema,
  response: companySchema,
});

export type Company = z.infer<typeof companySchema>;
export type CreateCompany = z.input<typeof createCompanySchema>;
