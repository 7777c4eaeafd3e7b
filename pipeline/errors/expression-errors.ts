/** Chapter "expression" of the error catalogue. */
export const expressionErrors = {
  EXPRESSION_INVALID: {
    cause: 'A where or select expression is no JSONata.',
    mend: 'Correct it at the character named; https://docs.jsonata.org describes the language.',
  },
  EXPRESSION_FAILED: {
    cause: 'A where or select expression could not be evaluated on a record, or ran past its limits.',
    mend: 'Make it fit the record (test with $exists or $type first), or shorten it if it never ends.',
  },
} as const;
