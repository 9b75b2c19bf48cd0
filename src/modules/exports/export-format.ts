/** Names that an export and who verifies it agree on. */
export const EXPORT_FORMAT = 'scc-export/1';
export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig.json';
export const SUMS = 'SHA256SUMS';
