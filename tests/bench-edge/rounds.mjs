// Measuring in turn: all candidates in short slices, one after the other, over and over, so that all see the same machine.

const SLICE = 25e6;
/** However short a run is: what a compiler has not got to yet would be held against whoever has most of it. */
const LEAST_WARM_UP = 40;

/**
 * Microseconds a call of each candidate, one figure a round, by name. Every round lasts `seconds` for each candidate; all
 * are warmed up first, in turn, too.
 */
export async function measure(candidates, { rounds, seconds, progress = () => {} }) {
  const states = candidates.map((candidate) => ({ candidate, calls: 1, samples: [] }));
  const slices = Math.max(1, Math.round((seconds * 1e9) / SLICE));
  progress("warming up");
  for (let slice = 0; slice < Math.max(2 * slices, LEAST_WARM_UP); slice++) {
    for (const state of states) {
      const elapsed = await run(state.candidate, state.calls);
      state.calls = Math.max(1, Math.ceil((state.calls * SLICE) / Math.max(elapsed, 1e3)));
    }
  }
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    const spent = states.map(() => 0);
    for (let slice = 0; slice < slices; slice++) {
      for (const [index, { candidate, calls }] of states.entries()) spent[index] += await run(candidate, calls);
    }
    for (const [index, state] of states.entries()) state.samples.push(spent[index] / 1000 / (state.calls * slices));
  }
  return Object.fromEntries(states.map(({ candidate, samples }) => [candidate.name, samples]));
}

// What answers at once is not waited for: to wait costs more than some of them do.
async function run({ call, isAsync }, calls) {
  const start = process.hrtime.bigint();
  if (isAsync) {
    for (let done = 0; done < calls; done++) await call();
  } else {
    for (let done = 0; done < calls; done++) call();
  }
  return Number(process.hrtime.bigint() - start);
}
