/* Resetting connections: SetTcpEntry, and the undocumented NsiSetAllParameters. */
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <string.h>
#include "common.h"
#include "tables.h"

/* A call that works says so, and does nothing. */
static BOOL pretends;

/* What NsiSetAllParameters was given last. */
static struct {
  DWORD numbers[5]; /* store, action, object, size of the key, size of the values */
  BYTE module[24];
  BYTE key[2 * sizeof(SOCKADDR_IN6)];
} nsi;

static void forget_actions(void) {
  pretends = FALSE;
  memset(&nsi, 0, sizeof nsi);
}
DOUBLE_ON_RESET(forget_actions)

/* For tests: from now on the calls say that they have reset a connection, and have not. */
EXPORT void double_reset_pretends(void) {
  pretends = TRUE;
}

/* For tests: what NsiSetAllParameters was given last. */
EXPORT void double_nsi_given(DWORD *numbers, BYTE *module, BYTE *key) {
  memcpy(numbers, nsi.numbers, sizeof nsi.numbers);
  memcpy(module, nsi.module, sizeof nsi.module);
  memcpy(key, nsi.key, sizeof nsi.key);
}

EXPORT DWORD WINAPI SetTcpEntry(PMIB_TCPROW entry) {
  unsigned error = double_enter("SetTcpEntry");
  if (error) return error;
  /* The one state that can be set */
  if (entry == NULL || entry->dwState != MIB_TCP_STATE_DELETE_TCB) return ERROR_INVALID_PARAMETER;
  return pretends || tables_remove_tcp4(entry) ? NO_ERROR : ERROR_MR_MID_NOT_FOUND;
}

EXPORT DWORD WINAPI NsiSetAllParameters(DWORD store, DWORD action, const void *module, DWORD object, const void *key,
                                        DWORD key_size, const void *values, DWORD values_size) {
  unsigned error = double_enter("NsiSetAllParameters");
  const SOCKADDR_IN6 *ends = key;
  if (error) return error;
  if (module == NULL || key == NULL || key_size != sizeof nsi.key || values != NULL) return ERROR_INVALID_PARAMETER;
  memcpy(nsi.numbers, (DWORD[]){ store, action, object, key_size, values_size }, sizeof nsi.numbers);
  memcpy(nsi.module, module, sizeof nsi.module);
  memcpy(nsi.key, key, sizeof nsi.key);
  return pretends || tables_remove_tcp6(&ends[0], &ends[1]) ? NO_ERROR : ERROR_NOT_FOUND;
}
