/** The parts of the telephony settings in their order; also the last word of their addresses. */
export const TELEPHONY_PARTS = ['trunks', 'routes', 'limits', 'numbers', 'devices'] as const;

export type TelephonyPart = (typeof TELEPHONY_PARTS)[number];

export const isTelephonyPart = (text: string): text is TelephonyPart => TELEPHONY_PARTS.some((part) => part === text);
