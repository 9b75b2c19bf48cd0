import * as contracts from '../../../shared/api/profiles.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { listProfiles, profileView, replaceIpRanges, type ProfileDeps } from './profiles.service.ts';

export const profileRoutes = (deps: ProfileDeps): BoundRoute[] => [
  bind(contracts.listProfiles, ({ query }, context) => context.inTenant((tx) => listProfiles(tx, query))),
  bind(contracts.getProfile, ({ params }, context) => context.inTenant((tx) => profileView(tx, params.id))),
  bind(contracts.setProfileIpRanges, ({ params, body }, context) => replaceIpRanges(deps, context, params.id, body)),
];
