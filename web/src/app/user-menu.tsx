import { Menu, Text, UnstyledButton } from '@mantine/core';
import { Plural, Trans } from '@lingui/react/macro';
import { IconChevronDown, IconLogout, IconShieldLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { logout } from '../../../shared/api/session.ts';
import { useState } from 'react';
import { useUnsavedNotes } from '../features/desk/drafts.ts';
import { call } from '../lib/api.ts';
import { queryClient } from '../lib/query-client.ts';
import { useSession } from '../lib/session.ts';
import { sessionStore } from '../lib/session-store.ts';
import { Question } from '../records/question.tsx';
import classes from './user-menu.module.css';

/** Ends the session on the server; the page leaves even when the server does not answer. */
async function leave(): Promise<void> {
  try {
    await call(logout, {});
  } catch {
    // The cookie ends by itself on the server; nothing of it stays on this page.
  }
  sessionStore.getState().leave();
  queryClient.clear();
  // What this tab kept for its user: notes, what was copied.
  sessionStorage.clear();
}

export function UserMenu() {
  const { user } = useSession();
  const unsaved = useUnsavedNotes();
  const [asks, setAsks] = useState(false);
  if (!user) return null;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <UnstyledButton className={classes.button}>
            <Text span size="sm" fw={600} className={classes.name}>
              {user.name}
            </Text>
            <IconChevronDown size={16} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {user.loginId} · {user.profileCode}
          </Menu.Label>
          <Menu.Item component={Link} to="/account" leftSection={<IconShieldLock size={18} aria-hidden />}>
            <Trans>Account and security</Trans>
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => (unsaved > 0 ? setAsks(true) : void leave())}>
            <Trans>Log out</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asks && (
        <Question title={<Trans>Log out without saving?</Trans>} yes={<Trans>Log out</Trans>} takesAway busy={false} onYes={() => void leave()} onClose={() => setAsks(false)}>
          <Plural value={unsaved} one="The note of # call has not been saved and will be lost." other="The notes of # calls have not been saved and will be lost." />
        </Question>
      )}
    </>
  );
}
