/** The value of a libpq parameter and the setting that it was read from, to be named in messages. */
export interface Parameter {
  value: string;
  source: string;
}
