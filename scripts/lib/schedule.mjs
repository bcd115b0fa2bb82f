/**
 * Runs jobs in so many lanes: each as early as its place in the list allows, but never beside one that needs the same sockets.
 * @param {{ run: () => Promise<Result>, sockets: readonly string[] }[]} jobs `run` must not reject
 * @returns {Promise<Result[]>} in the order in which they ended
 * @template Result
 */
export function runJobs(jobs, lanes) {
  const waiting = [...jobs];
  const running = new Set();
  const results = [];

  const maySetOut = (job) =>
    ![...running].some(({ sockets }) => sockets.some((each) => job.sockets.includes(each)));
  const takeNext = () => {
    const index = waiting.findIndex(maySetOut);
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  };

  return new Promise((resolve) => {
    const fill = () => {
      while (running.size < lanes) {
        const job = takeNext();
        if (!job) break;
        running.add(job);
        void job.run().then((result) => {
          results.push(result);
          running.delete(job);
          fill();
        });
      }
      if (running.size === 0) resolve(results);
    };
    fill();
  });
}
