/**
 * Gives the work on one session its turn after the work before it, within this process: a plain driver can only load and
 * save, so between the two nobody else may write.
 */
export function createSessionTurns(): <T>(id: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();

  return (id, work) => {
    const turn = (last.get(id) ?? Promise.resolve()).then(work, work);
    last.set(id, turn);
    const forget = () => {
      if (last.get(id) === turn) last.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  };
}
