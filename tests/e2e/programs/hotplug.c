/* Waits for USB devices to come and go and prints each event as libusb tells it, until its
 * standard input ends: "arrived BUS ADDRESS ID", "left BUS ADDRESS". */
#include <libusb.h>
#include <poll.h>
#include <stdio.h>

static int on_event(libusb_context *context, libusb_device *device, libusb_hotplug_event event,
                    void *unused) {
  struct libusb_device_descriptor descriptor;
  (void)context;
  (void)unused;
  libusb_get_device_descriptor(device, &descriptor);
  if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED)
    printf("arrived %d %d %04x:%04x\n", libusb_get_bus_number(device),
           libusb_get_device_address(device), descriptor.idVendor, descriptor.idProduct);
  else
    printf("left %d %d\n", libusb_get_bus_number(device), libusb_get_device_address(device));
  fflush(stdout);
  return 0;
}

int main(void) {
  libusb_hotplug_callback_handle handle;
  struct timeval patience = {0, 50000};
  struct pollfd input = {0, POLLIN, 0};
  if (libusb_init(NULL) != 0) return 1;
  if (libusb_hotplug_register_callback(
          NULL, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
          LIBUSB_HOTPLUG_ENUMERATE, 0x0483, 0xDF11, LIBUSB_HOTPLUG_MATCH_ANY, on_event, NULL,
          &handle) != 0)
    return 1;
  printf("waiting\n");
  fflush(stdout);
  while (poll(&input, 1, 0) == 0) libusb_handle_events_timeout_completed(NULL, &patience, NULL);
  libusb_exit(NULL);
  return 0;
}
