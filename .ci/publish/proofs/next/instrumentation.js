// Runs when the server starts, and not while the application is built.
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startSession } = await import('@store/file');
  await startSession({ directory: './sessions' });
}
