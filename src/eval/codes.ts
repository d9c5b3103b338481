/** Error codes of datasets and assertions, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC1501: 'a dataset is missing or cannot be read',
  PC1502: 'a line or a cell of a dataset is malformed',
  PC1503: 'a case of a dataset is wrong',
  PC1504: 'an assertion is wrong',
  PC1505: 'a word of another tool that is not supported in a dataset',
  PC1506: 'two cases have the same id',
  PC1507: 'a reference of a dataset leads nowhere',
  PC1508: 'a part of a dataset that is not used',
  PC1511: 'what an assertion is about is not known',
  PC1512: 'JavaScript of a dataset failed, or gave what is no verdict',
  PC1513: 'a judge gave no verdict',
  PC1520: 'a case failed, or has no verdict',
};
