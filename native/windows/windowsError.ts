import { errorMeaning } from '../../shared/errorCodes';
import { NativeError } from '../nativeError';

export const ERROR_FILE_NOT_FOUND = 2;
export const ERROR_ACCESS_DENIED = 5;
export const ERROR_INVALID_HANDLE = 6;
export const ERROR_NOT_ENOUGH_MEMORY = 8;
export const ERROR_NOT_SUPPORTED = 50;
export const ERROR_NETWORK_ACCESS_DENIED = 65;
export const ERROR_INVALID_PARAMETER = 87;
export const ERROR_CALL_NOT_IMPLEMENTED = 120;
export const ERROR_INSUFFICIENT_BUFFER = 122;
export const ERROR_NO_DATA = 232;
export const ERROR_PROC_NOT_FOUND = 127;
/** What SetTcpEntry says to those who are not administrators */
export const ERROR_MR_MID_NOT_FOUND = 317;
export const ERROR_NOT_FOUND = 1168;

/** `5` → `ERROR_ACCESS_DENIED` */
export function windowsErrorName(code: number): string {
  return errorMeaning('windows', code)?.name ?? `error ${code}`;
}

/** Wraps a Windows error code. `explanation` overrides the general sentence where the caller knows better. */
export function windowsError(call: string, code: number, explanation?: string): NativeError {
  return new NativeError(
    call,
    code,
    windowsErrorName(code),
    explanation ?? errorMeaning('windows', code)?.meaning ?? 'Windows refused this call.',
  );
}
