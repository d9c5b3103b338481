/** The pages of a MediaWiki that fit the input, best first, as `[{number, title, text}]`. */
export async function search(query, { with: { endpoint, most } }) {
  const url = new URL(endpoint);
  url.search = new URLSearchParams({ action: 'query', list: 'search', format: 'json', srlimit: most, srsearch: query });
  const response = await fetch(url, { headers: { 'user-agent': 'promptchain example' } });
  if (!response.ok) throw new Error(`${url.host} answered with status ${response.status}`);
  const { query: found } = await response.json();
  return found.search.map(({ title, snippet }, index) => ({ number: index + 1, title, text: plain(snippet) }));
}

function plain(html) {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
