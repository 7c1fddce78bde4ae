/** Why a file, or a file in an archive, is refused as a whole. */
export class FileRefused extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = "FileRefused";
    this.hint = hint;
  }
}
