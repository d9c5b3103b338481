/** A new run's id: sorts by time, readable, and random enough that no two runs of one second share it. */
export function newRunId(now: number, random: () => number): string {
  const [day = '', time = ''] = new Date(now).toISOString().split('T');
  const tail = Array.from({ length: 8 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${tail}`;
}
