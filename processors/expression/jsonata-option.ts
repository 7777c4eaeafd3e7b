export { jsonataOption } from '../../pipeline/index.ts';
