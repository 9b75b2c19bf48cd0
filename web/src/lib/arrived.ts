/** The query that this page was opened with, as it came: the router writes numbers and quotes its own way. */
export const arrivedWith = location.search;
