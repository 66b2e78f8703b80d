/** A page of a list, and the `Link` header that leads to the others (RFC 8288). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Which part of a list a request asks for: 30 items a page unless told, at most 100. */
export function pageAsked(query: URLSearchParams): { readonly size: number; readonly page: number } {
  return { size: Math.min(100, positive(query.get('per_page'), 30)), page: positive(query.get('page'), 1) };
}

/**
 * Cuts the page that was asked for out of a whole list.
 * @param address the request's own, which the links are made from
 */
export function pageOf<T>(all: readonly T[], address: URL): Page<T> {
  const { size, page } = pageAsked(address.searchParams);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string): string => {
    const url = new URL(address);
    url.searchParams.set('page', String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (page > 1) links.push(link(page - 1, 'prev'));
  if (page < last) links.push(link(page + 1, 'next'), link(last, 'last'));
  if (page > 1) links.push(link(1, 'first'));
  return {
    items: all.slice((page - 1) * size, page * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

function positive(text: string | null, otherwise: number): number {
  const value = /^\d{1,6}$/u.test(text ?? '') ? Number(text) : 0;
  return value > 0 ? value : otherwise;
}
