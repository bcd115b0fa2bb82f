/*
 * A program with a window, for the tests of ending processes: `window.exe obeys` ends when the window is asked to close, and
 * `window.exe ignores` does not; `window.exe console` would, and has a window of the class of a console's. It says "ready" once the window is there, and ends by itself after a minute.
 */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static BOOL obeys;

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM w, LPARAM l) {
  if (message == WM_CLOSE && !obeys) return 0;
  if (message == WM_TIMER) DestroyWindow(window);
  if (message == WM_DESTROY) PostQuitMessage(0);
  return DefWindowProcW(window, message, w, l);
}

int main(int count, char **arguments) {
  WNDCLASSW class = { .lpfnWndProc = on_message, .hInstance = GetModuleHandleW(NULL), .lpszClassName = L"SocketScopeTest" };
  BOOL console = count > 1 && strcmp(arguments[1], "console") == 0;
  HWND window;
  MSG message;
  obeys = console || (count > 1 && strcmp(arguments[1], "obeys") == 0);
  if (console) class.lpszClassName = L"ConsoleWindowClass";
  RegisterClassW(&class);
  window = CreateWindowExW(0, class.lpszClassName, L"A test of SocketScope", WS_OVERLAPPEDWINDOW | WS_VISIBLE, 0, 0, 200, 100,
                           NULL, NULL, class.hInstance, NULL);
  if (window == NULL) {
    printf("no window: error %lu\n", GetLastError());
    return 1;
  }
  SetTimer(window, 1, 60000, NULL);
  printf("ready\n");
  fflush(stdout);
  while (GetMessageW(&message, NULL, 0, 0) > 0) DispatchMessageW(&message);
  return 0;
}
