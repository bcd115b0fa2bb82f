/* Owner modules: GetOwnerModuleFromTcpEntry, ...Tcp6Entry, ...UdpEntry, ...Udp6Entry. */
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <stddef.h>
#include <string.h>
#include "common.h"

/* What is told of every row whose first word of OwningModuleInfo is not 0 */
static WCHAR module_name[4096];
static WCHAR module_path[] = L"C:\\Windows\\System32\\example.dll";
/* Added to the pointer to the name: how a pointer that leads out of the buffer is made */
static LONGLONG astray;
/* The PID and the first word of OwningModuleInfo of the last row */
static DWORD last_pid;
static ULONGLONG last_info;

static void forget(void) {
  module_name[0] = 0;
  astray = 0;
  last_pid = 0;
  last_info = 0;
}
DOUBLE_ON_RESET(forget)

/* For tests */
EXPORT void double_owners_set(const WCHAR *name, LONGLONG pointer_astray) {
  wcsncpy(module_name, name, sizeof module_name / sizeof *module_name - 1);
  astray = pointer_astray;
}
EXPORT DWORD double_owners_pid(void) { return last_pid; }
EXPORT ULONGLONG double_owners_info(void) { return last_info; }

static DWORD answer(const char *function, DWORD pid, ULONGLONG info, TCPIP_OWNER_MODULE_INFO_CLASS kind, void *buffer, DWORD *size) {
  unsigned error = double_enter(function);
  if (error) return error;
  last_pid = pid;
  last_info = info;
  if (kind != TCPIP_OWNER_MODULE_INFO_BASIC || !size) return ERROR_INVALID_PARAMETER;
  if (!info) return ERROR_NOT_FOUND;
  size_t name_size = (wcslen(module_name) + 1) * sizeof(WCHAR);
  DWORD needed = (DWORD)(sizeof(TCPIP_OWNER_MODULE_BASIC_INFO) + name_size + sizeof module_path);
  if (!buffer || *size < needed) {
    *size = needed;
    return ERROR_INSUFFICIENT_BUFFER;
  }
  BYTE *texts = (BYTE *)buffer + sizeof(TCPIP_OWNER_MODULE_BASIC_INFO);
  TCPIP_OWNER_MODULE_BASIC_INFO *basic = buffer;
  basic->pModuleName = (WCHAR *)(texts + astray);
  basic->pModulePath = (WCHAR *)(texts + name_size);
  memcpy(texts, module_name, name_size);
  memcpy(texts + name_size, module_path, sizeof module_path);
  *size = needed;
  return NO_ERROR;
}

#define OWNER_MODULE(function, row) \
  EXPORT DWORD WINAPI function(row entry, TCPIP_OWNER_MODULE_INFO_CLASS kind, PVOID buffer, PDWORD size) { \
    return answer(#function, entry->dwOwningPid, entry->OwningModuleInfo[0], kind, buffer, size); \
  }

OWNER_MODULE(GetOwnerModuleFromTcpEntry, PMIB_TCPROW_OWNER_MODULE)
OWNER_MODULE(GetOwnerModuleFromTcp6Entry, PMIB_TCP6ROW_OWNER_MODULE)
OWNER_MODULE(GetOwnerModuleFromUdpEntry, PMIB_UDPROW_OWNER_MODULE)
OWNER_MODULE(GetOwnerModuleFromUdp6Entry, PMIB_UDP6ROW_OWNER_MODULE)
