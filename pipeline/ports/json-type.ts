const JSON_TYPE = /^application\/([\w.+-]+\+)?json\b/i;

/** Whether a content type is that of JSON: `application/json`, `application/cloudevents+json; charset=utf-8`. */
export function isJsonType(contentType: string): boolean {
  return JSON_TYPE.test(contentType);
}
