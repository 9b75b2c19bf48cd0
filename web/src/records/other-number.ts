interface Numbers {
  direction: 'inbound' | 'outbound';
  callerNumber: string;
  dialledNumber: string;
}

/** The number of the other side of a call; empty when it is withheld. */
export const otherNumber = ({ direction, callerNumber, dialledNumber }: Numbers): string => (direction === 'outbound' ? dialledNumber : callerNumber);
