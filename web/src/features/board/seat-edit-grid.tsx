import { Box, Text } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { AgentView } from '../../../../shared/events.ts';
import { addSeat, moveSeat, type Place, removeSeat, seatAt, type SeatDraft, stepFrom } from './seat-draft.ts';
import classes from './seats.module.css';

interface Props {
  draft: SeatDraft;
  agents: readonly AgentView[];
  /** The place chosen. */
  at: Place | null;
  onSelect: (place: Place) => void;
  onChange: (draft: SeatDraft) => void;
}

const keyOf = ({ column, row }: Place): string => `${column} ${row}`;

/** All places of a room as buttons: the arrow keys move a seat, or the focus where no seat is. */
export function EditGrid({ draft, agents, at, onSelect, onChange }: Props) {
  const { t } = useLingui();
  const [dragged, setDragged] = useState<Place | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const buttons = useRef(new Map<string, HTMLButtonElement>());
  const { columns, rows } = draft;
  const goTo = (place: Place): void => {
    onSelect(place);
    buttons.current.get(keyOf(place))?.focus();
  };
  const onKey = (event: KeyboardEvent, place: Place): void => {
    const seat = seatAt(draft, place);
    const next = stepFrom(draft, place, event.key);
    if (next) {
      event.preventDefault();
      if (seat) onChange(moveSeat(draft, place, next));
      goTo(next);
    } else if (seat && (event.key === 'Delete' || event.key === 'Backspace')) {
      event.preventDefault();
      onChange(removeSeat(draft, place));
    }
  };
  const places = Array.from({ length: rows }, (_row, row) => Array.from({ length: columns }, (_column, column) => ({ column, row }))).flat();
  return (
    <Box className={classes.scroll} role="group" aria-label={t`Places of the room`}>
      <div className={classes.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(128px, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(84px, auto))` }}>
        {places.map((place) => {
          const seat = seatAt(draft, place);
          const key = keyOf(place);
          const name = agents.find(({ agentId }) => agentId === seat?.userId)?.name ?? '';
          const [column, row] = [place.column + 1, place.row + 1];
          const label = seat ? t`Seat ${column}-${row}: ${[seat.label, name].filter(Boolean).join(' ')}` : t`Empty place ${column}-${row}`;
          return (
            <button
              key={key}
              type="button"
              ref={(element) => {
                if (element) buttons.current.set(key, element);
                else buttons.current.delete(key);
              }}
              className={seat ? classes.seat : classes.place}
              aria-label={label}
              aria-pressed={at !== null && keyOf(at) === key}
              draggable={seat !== undefined}
              data-dragged={dragged !== null && keyOf(dragged) === key ? true : undefined}
              data-over={over === key || (at !== null && keyOf(at) === key) ? true : undefined}
              onClick={() => {
                onSelect(place);
                if (!seat) onChange(addSeat(draft, place));
              }}
              onKeyDown={(event) => onKey(event, place)}
              onDragStart={() => setDragged(place)}
              onDragEnd={() => {
                setDragged(null);
                setOver(null);
              }}
              onDragOver={(event) => {
                event.preventDefault();
                setOver(key);
              }}
              onDrop={(event) => {
                event.preventDefault();
                setOver(null);
                if (!dragged) return;
                onChange(moveSeat(draft, dragged, place));
                goTo(place);
              }}
            >
              {seat ? (
                <>
                  <Text size="xs" c="dimmed" component="span">
                    {seat.label}
                  </Text>
                  <Text size="sm" fw={600} component="span" lineClamp={1}>
                    {name}
                  </Text>
                </>
              ) : (
                '+'
              )}
            </button>
          );
        })}
      </div>
    </Box>
  );
}
