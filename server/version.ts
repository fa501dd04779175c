/** Version of Slipway; `house.test.ts` holds it equal to the one in package.json, which the built server cannot always see. */
export const VERSION = '0.1.0';
