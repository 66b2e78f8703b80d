/** An object in a bucket. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}
