// A DfuSe host on the WebUSB interface of the npm package "usb", which is libusb in 2.x and its own
// system calls (nusb) in 3.x: LIBRARY list | download FILE ADDRESS | upload ADDRESS SIZE FILE
const fs = require('fs');
const [, , library, job, ...rest] = process.argv;
const { WebUSB } = require(library);

const DNLOAD = 1, UPLOAD = 2, GETSTATUS = 3, CLRSTATUS = 4, ABORT = 6;
const IDLE = 2, DNBUSY = 4, DNLOAD_IDLE = 5, MANIFEST = 7, ERROR = 10;
const ERASE_STEP = 2048;

class Host {
  static async open() {
    const devices = await new WebUSB({ allowAllDevices: true }).getDevices();
    const device = devices.find((it) => it.vendorId === 0x0483 && it.productId === 0xdf11);
    if (!device) throw new Error('no 0483:DF11');
    await device.open();
    if (!device.configuration) await device.selectConfiguration(1);
    await device.claimInterface(0);
    const host = new Host();
    host.device = device;
    host.blockSize = await host.readBlockSize();
    return host;
  }

  setup(request, value, requestType = 'class', recipient = 'interface', index = 0) {
    return { requestType, recipient, request, value, index };
  }

  async out(request, value = 0, data = Buffer.alloc(0)) {
    const result = await this.device.controlTransferOut(this.setup(request, value), data);
    if (result.status !== 'ok') throw new Error(`request ${request}: ${result.status}`);
  }

  async in(request, length, value = 0) {
    const result = await this.device.controlTransferIn(this.setup(request, value), length);
    if (result.status !== 'ok') throw new Error(`request ${request}: ${result.status}`);
    return Buffer.from(result.data.buffer, result.data.byteOffset, result.data.byteLength);
  }

  async readBlockSize() {
    const setup = this.setup(6, 0x0200, 'standard', 'device');
    const { data } = await this.device.controlTransferIn(setup, 255);
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < bytes.length; at += bytes[at]) {
      if (bytes[at + 1] === 0x21) return bytes.readUInt16LE(at + 5);
    }
    throw new Error('no functional descriptor');
  }

  async state() {
    const status = await this.in(GETSTATUS, 6);
    await new Promise((done) => setTimeout(done, status.readUIntLE(1, 3)));
    return status[4];
  }

  async toIdle() {
    while ((await this.state()) === ERROR) await this.out(CLRSTATUS);
    if ((await this.state()) !== IDLE) await this.out(ABORT);
  }

  async operate(block, data) {
    await this.out(DNLOAD, block, data);
    const states = [await this.state(), await this.state()];
    if (states[0] !== DNBUSY || states[1] !== DNLOAD_IDLE) throw new Error(`states ${states}`);
  }

  async command(code, address) {
    const data = Buffer.alloc(5);
    data[0] = code;
    data.writeUInt32LE(address, 1);
    await this.operate(0, data);
  }

  list() {
    for (const it of this.device.configuration.interfaces[0].alternates) {
      console.log(`alt ${it.alternateSetting}: ${it.interfaceName}`);
    }
  }

  async download(path, address) {
    const image = fs.readFileSync(path), start = Number(address);
    await this.toIdle();
    for (let at = 0; at < image.length; at += ERASE_STEP) await this.command(0x41, start + at);
    await this.command(0x21, start);
    for (let at = 0, block = 2; at < image.length; at += this.blockSize, ++block) {
      await this.operate(block, image.subarray(at, at + this.blockSize));
    }
    await this.toIdle();
    await this.command(0x21, start);
    await this.out(DNLOAD);
    const last = await this.state().catch(() => 0);
    console.log('leave:', last === MANIFEST ? 'dfuMANIFEST' : 'no reply');
  }

  async upload(address, size, path) {
    await this.toIdle();
    await this.command(0x21, Number(address));
    await this.toIdle();
    const blocks = [];
    for (let at = 0, block = 2; at < size; at += this.blockSize, ++block) {
      blocks.push(await this.in(UPLOAD, Math.min(this.blockSize, size - at), block));
    }
    fs.writeFileSync(path, Buffer.concat(blocks));
  }
}

Host.open()
  .then(async (host) => host[job](...rest))
  .then(() => process.exit(0), (error) => { console.error(String(error)); process.exit(1); });
