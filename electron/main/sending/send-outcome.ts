/** `interrupted`: what has arrived stays, and it can go on from there. `ended`: its record says why. */
export type SendOutcome = 'stored' | 'interrupted' | 'ended';
