/**
 * The pipe between a window's process and the program that UAC starts for it, which cannot inherit any. Its name is made up
 * for one run, and given on the program's command line together with a nonce. What each of them is worth: docs/threat-model.md.
 */
import { randomBytes } from 'node:crypto';

/** `socketscope-` and 128 random bits: nobody can take the name before it is used. */
export const newPipeName = (): string => `socketscope-${randomBytes(16).toString('hex')}`;
/** 256 random bits, good for one connection: the names of all pipes can be listed by anybody. */
export const newNonce = (): string => randomBytes(32).toString('hex');

const NAME = /^socketscope-[0-9a-f]{32}$/;
const NONCE = /^[0-9a-f]{64}$/;

export const isPipeName = (text: string): boolean => NAME.test(text);
export const isNonce = (text: string): boolean => NONCE.test(text);

/** Where Windows keeps the pipe. Never on another machine (`\\server\pipe\…`): only the name comes from outside. */
export const pipePath = (name: string): string => `\\\\.\\pipe\\${name}`;
