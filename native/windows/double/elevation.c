/* ShellExecuteExW: keeps what it is handed, and answers as UAC would where a test says so. It starts nothing. */
#define _SHELL32_
#include <windows.h>
#include <shellapi.h>
#include "common.h"

static struct {
  SHELLEXECUTEINFOW info;
  WCHAR verb[32], file[512], parameters[512], directory[512];
} seen;
static HANDLE process;
static unsigned delay;

static void forget(void) {
  memset(&seen, 0, sizeof seen);
  process = NULL;
  delay = 0;
}
DOUBLE_ON_RESET(forget)

/* The handle that the next calls hand out, and how long each takes, in ms: as long as somebody thinks about UAC's question. */
EXPORT void double_elevation_answer(INT_PTR handle, unsigned takes) {
  process = (HANDLE)handle;
  delay = takes;
}

EXPORT const WCHAR *double_elevation_text(int which) {
  const WCHAR *texts[] = {seen.verb, seen.file, seen.parameters, seen.directory};
  return texts[which];
}

EXPORT unsigned double_elevation_mask(void) { return seen.info.fMask; }
EXPORT unsigned double_elevation_size(void) { return seen.info.cbSize; }
EXPORT int double_elevation_show(void) { return seen.info.nShow; }
EXPORT INT_PTR double_elevation_window(void) { return (INT_PTR)seen.info.hwnd; }

EXPORT WINBOOL WINAPI ShellExecuteExW(SHELLEXECUTEINFOW *info) {
  unsigned error = double_enter("ShellExecuteExW");
  Sleep(delay);
  if (error) {
    SetLastError(error);
    return FALSE;
  }
  seen.info = *info;
  lstrcpynW(seen.verb, info->lpVerb, 32);
  lstrcpynW(seen.file, info->lpFile, 512);
  lstrcpynW(seen.parameters, info->lpParameters, 512);
  lstrcpynW(seen.directory, info->lpDirectory, 512);
  info->hProcess = process;
  return TRUE;
}
