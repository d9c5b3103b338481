/** Error codes of optimisations, for `promptchain help errors`. */
export const CODES: Readonly<Record<string, string>> = {
  PC2060: 'the chain has no text to optimise',
  PC2061: 'no model is named that writes prompts',
  PC2062: 'a budget of money, and a model whose price is not known',
  PC2063: 'no such optimisation, or no such candidate of it',
  PC2064: 'the budget is too small to begin with',
  PC2065: 'texts whose gain is not proven were to be applied',
  PC2070: 'the chain reads no input, so cases for it would all be the same',
  PC8610: 'another process works on the optimisation',
  PC8611: 'the record of an optimisation is damaged',
  PC8612: 'the optimisation cannot be gone on with: it has finished, or what it depends on changed',
  PC9010: 'the budget of an optimisation does not allow another call',
  PC9011: 'someone asked the optimisation to end',
};
