/** Calls at the first ask, and once more for all that ask during the rest after a call. */
export function withRests(restMs: number, call: () => void): () => void {
  let resting = false;
  let askedAgain = false;
  function run(): void {
    resting = true;
    askedAgain = false;
    setTimeout(() => {
      resting = false;
      if (askedAgain) run();
    }, restMs);
    call();
  }
  return () => {
    if (resting) askedAgain = true;
    else run();
  };
}
