/** Slug of the demo tenant, whose carrier the local trunk plays. */
const DEMO_SLUG = 'demo';

/**
 * In whose audit log a call to nobody's number stands: the one tenant it could have been for (a trunk or telephone of that
 * tenant, or the only tenant there is), else the demo tenant, because only the demo carrier serves several.
 * @param tenants those the call could have been for
 */
export function auditorOf<Tenant extends { slug: string }>(tenants: readonly Tenant[]): Tenant | null {
  const [first, ...others] = tenants;
  if (first && others.length === 0) return first;
  return tenants.find(({ slug }) => slug === DEMO_SLUG) ?? null;
}
