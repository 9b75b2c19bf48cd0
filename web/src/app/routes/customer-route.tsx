import { CustomerCases } from '../../features/cases/customer-cases.tsx';
import { CustomerPage } from '../../features/customers/customer-page.tsx';

/** A customer with their cases. */
export default function CustomerRoute() {
  return <CustomerPage cases={(customerId) => <CustomerCases customerId={customerId} />} />;
}
