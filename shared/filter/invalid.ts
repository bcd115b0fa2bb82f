/** A value that its field cannot take. The message is for a person. */
export class Invalid extends Error {
  override readonly name = 'Invalid';
}
