/** A span in words and as an ISO 8601 duration: days of 24 hours, hours, minutes, seconds. */
export function describeSpan(seconds: number): { readonly text: string; readonly iso: string } {
  const sign = seconds < 0 ? '-' : '';
  const size = Math.abs(seconds);
  const days = Math.floor(size / 86_400);
  const hours = Math.floor((size % 86_400) / 3_600);
  const minutes = Math.floor((size % 3_600) / 60);
  const rest = Math.round((size % 60) * 1000) / 1000;
  const parts = [
    [days, 'day'],
    [hours, 'hour'],
    [minutes, 'minute'],
    [rest, 'second'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  const clock = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${rest > 0 ? `${rest}S` : ''}`;
  const date = days > 0 ? `${days}D` : '';
  const iso = date + clock === '' ? 'PT0S' : `${sign}P${date}${clock === '' ? '' : `T${clock}`}`;
  return { text: said.length === 0 ? '0 seconds' : `${sign === '' ? '' : 'minus '}${said.join(', ')}`, iso };
}
