import * as contracts from '../../../shared/api/companies.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { companyView, createCompany, listCompanies, updateCompany } from './companies.service.ts';

export const companyRoutes = (): BoundRoute[] => [
  bind(contracts.listCompanies, ({ query }, context) => context.inTenant((tx) => listCompanies(tx, query))),
  bind(contracts.createCompany, ({ body }, context) => context.inTenant((tx) => createCompany(tx, body))),
  bind(contracts.getCompany, ({ params }, context) => context.inTenant((tx) => companyView(tx, params.id))),
  bind(contracts.updateCompany, ({ params, body }, context) => context.inTenant((tx) => updateCompany(tx, params.id, body))),
];
