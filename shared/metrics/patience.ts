/**
 * Mean patience of callers, from calls of which most were answered before anybody knows how long they would have waited.
 * Maximum likelihood for exponential patience with censored observations: all waiting time, divided by the calls abandoned.
 * @param waitedMs waiting time of all callers, answered ones too, ms
 * @param abandoned how many of them gave up
 * @returns ms; null when nobody gave up, so that nothing is known but that they are patient
 */
export const meanPatience = (waitedMs: number, abandoned: number): number | null => (abandoned > 0 ? waitedMs / abandoned : null);
