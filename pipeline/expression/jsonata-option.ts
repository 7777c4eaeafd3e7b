import { z } from 'zod';
import { checkExpression } from './expression.ts';

/** An option that holds a JSONata expression: `lint` tells a faulty one with its character. */
export const jsonataOption = z.string().superRefine((text, context) => {
  const fault = checkExpression(text);
  if (fault === null) return;
  context.addIssue({ code: 'custom', message: `is no JSONata at character ${fault.position + 1}: ${fault.message}` });
});
