import * as contracts from '../../../shared/api/customers.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createCustomer, customerView, listCustomers, updateCustomer } from './customers.service.ts';
import { customerTimeline } from './timeline.service.ts';

export const customerRoutes = (): BoundRoute[] => [
  bind(contracts.listCustomers, ({ query }, context) => context.inTenant((tx) => listCustomers(tx, query))),
  bind(contracts.createCustomer, ({ body }, context) => context.inTenant((tx) => createCustomer(tx, body))),
  bind(contracts.getCustomer, ({ params }, context) => context.inTenant((tx) => customerView(tx, params.id))),
  bind(contracts.updateCustomer, ({ params, body }, context) => context.inTenant((tx) => updateCustomer(tx, params.id, body))),
  bind(contracts.customerTimeline, ({ params, query }, context) => context.inTenant((tx) => customerTimeline(tx, params.id, query))),
];
