import { MOST_SEATS_ACROSS, type Seat, type SeatMap } from '../../../../shared/api/seat-maps.ts';

/** A plan as it is being arranged. */
export interface SeatDraft {
  name: string;
  columns: number;
  rows: number;
  seats: readonly Seat[];
}

export interface Place {
  column: number;
  row: number;
}

export const draftOf = ({ name, columns, rows, seats }: SeatMap): SeatDraft => ({ name, columns, rows, seats });

const isAt = ({ column, row }: Place) => (seat: Place): boolean => seat.column === column && seat.row === row;

export const seatAt = ({ seats }: Pick<SeatDraft, 'seats'>, place: Place): Seat | undefined => seats.find(isAt(place));

const isInside = ({ columns, rows }: SeatDraft, { column, row }: Place): boolean => column >= 0 && row >= 0 && column < columns && row < rows;

/** A new, empty seat; unchanged where one is already, or outside. */
export function addSeat(draft: SeatDraft, place: Place): SeatDraft {
  if (!isInside(draft, place) || seatAt(draft, place)) return draft;
  return { ...draft, seats: [...draft.seats, { ...place, label: '', userId: null }] };
}

export const removeSeat = (draft: SeatDraft, place: Place): SeatDraft => ({ ...draft, seats: draft.seats.filter((seat) => !isAt(place)(seat)) });

/** Moves a seat; one that stands there changes places with it. */
export function moveSeat(draft: SeatDraft, from: Place, to: Place): SeatDraft {
  if (!isInside(draft, to) || !seatAt(draft, from)) return draft;
  const { column, row } = to;
  const seats = draft.seats.map((seat) => {
    if (isAt(from)(seat)) return { ...seat, column, row };
    return isAt(to)(seat) ? { ...seat, column: from.column, row: from.row } : seat;
  });
  return { ...draft, seats };
}

/** Who sits there; who had another seat of the plan gives it up. */
export function assignSeat(draft: SeatDraft, place: Place, userId: string | null): SeatDraft {
  const seats = draft.seats.map((seat) => {
    if (isAt(place)(seat)) return { ...seat, userId };
    return userId !== null && seat.userId === userId ? { ...seat, userId: null } : seat;
  });
  return { ...draft, seats };
}

export const labelSeat = (draft: SeatDraft, place: Place, label: string): SeatDraft => ({ ...draft, seats: draft.seats.map((seat) => (isAt(place)(seat) ? { ...seat, label } : seat)) });

/** The smallest plan that holds all seats: it cannot be made smaller without removing some. */
export const leastSize = ({ seats }: Pick<SeatDraft, 'seats'>): { columns: number; rows: number } => ({
  columns: Math.max(1, ...seats.map(({ column }) => column + 1)),
  rows: Math.max(1, ...seats.map(({ row }) => row + 1)),
});

/** Another size, as far as seats and limits let it. */
export function resize(draft: SeatDraft, size: { columns?: number; rows?: number }): SeatDraft {
  const least = leastSize(draft);
  const fit = (wanted: number, from: number): number => Math.min(MOST_SEATS_ACROSS, Math.max(from, Math.round(wanted)));
  return { ...draft, columns: fit(size.columns ?? draft.columns, least.columns), rows: fit(size.rows ?? draft.rows, least.rows) };
}

const STEPS: Readonly<Record<string, Place>> = {
  ArrowLeft: { column: -1, row: 0 },
  ArrowRight: { column: 1, row: 0 },
  ArrowUp: { column: 0, row: -1 },
  ArrowDown: { column: 0, row: 1 },
};

/** Where an arrow key leads from a place; null for other keys and beyond the edge. */
export function stepFrom(draft: SeatDraft, { column, row }: Place, key: string): Place | null {
  const step = STEPS[key];
  const to = step && { column: column + step.column, row: row + step.row };
  return to && isInside(draft, to) ? to : null;
}
