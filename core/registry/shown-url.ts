/** A URL as it may be shown and recorded: storages sign query parameters, which are as good as a password, and so is user:password@. */
export function shownUrl(url: URL): string {
  return url.origin + url.pathname;
}
