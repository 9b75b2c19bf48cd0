import * as contracts from '../../../shared/api/profiles.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { changeProfile, createProfile, deleteProfile } from './custom-profiles.service.ts';
import { listProfiles, profileView, replaceIpRanges, type ProfileDeps } from './profiles.service.ts';

export const profileRoutes = (deps: ProfileDeps): BoundRoute[] => [
  bind(contracts.listProfiles, ({ query }, context) => context.inTenant((tx) => listProfiles(tx, query))),
  bind(contracts.getProfile, ({ params }, context) => context.inTenant((tx) => profileView(tx, params.id))),
  bind(contracts.setProfileIpRanges, ({ params, body }, context) => replaceIpRanges(deps, context, params.id, body)),
  bind(contracts.createProfile, ({ body }, context) => context.inTenant((tx) => createProfile(tx, context.session, body))),
  bind(contracts.updateProfile, ({ params, body }, context) => changeProfile(deps, context, params.id, body)),
  bind(contracts.deleteProfile, ({ params }, context) => context.inTenant((tx) => deleteProfile(tx, context.session, params.id, deps.clock.wall()))),
];
