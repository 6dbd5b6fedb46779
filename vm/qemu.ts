/** QEMU's command line for a machine. */
import { architecture, type BootFiles, type RunFiles, type Shape } from './shape.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What depends on the processor. Without disks and buses that nobody uses there is less to be found at boot. */
const board = {
  amd64: { type: 'q35,sata=off,smbus=off,usb=off', console: 'ttyS0', emulated: 'max' },
  // Pointer authentication as the standard has it takes most of an emulated processor's time (QEMU, arm CPU features).
  arm64: { type: 'virt', console: 'ttyAMA0', emulated: 'max,pauth-impdef=on' },
}[architecture];

export interface Forward {
  host: number;
  guest: number;
}

/**
 * For KVM and for emulation alike: a board, a processor, no devices but those that are named. Emulated processors take turns on one
 * thread: with a thread each, QEMU 7.2 now and then executes half of what the kernel has just patched in its own code, and panics.
 */
export const boardArguments = (accelerator: Accelerator): string[] => [
  ...['-machine', board.type],
  ...['-accel', accelerator === 'kvm' ? 'kvm' : 'tcg,thread=single'],
  ...['-cpu', accelerator === 'kvm' ? 'host' : board.emulated],
  ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
];

/** kernel-parameters(7) of a guest. A kernel that panics ends the machine. */
function kernelCommandLine(shape: Shape): string {
  const words = ['root=/dev/vda', 'rw', `console=${board.console}`, 'quiet', 'panic=-1', 'net.ifnames=0'];
  if (shape.systemd) return [...words, 'systemd.show_status=0'].join(' ');
  return [...words, 'init=/usr/local/lib/tsstep-vm/init', `tsstep.cgroups=${shape.cgroups}`].join(' ');
}

/**
 * @param forwards TCP ports of the host's loopback that lead into the machine
 * @param keep what is written to the disk stays there; else it is forgotten at the end
 */
export function qemuArguments(
  shape: Shape,
  { accelerator, keep }: { accelerator: Accelerator; keep: boolean },
  boot: BootFiles,
  run: RunFiles,
  forwards: readonly Forward[],
): string[] {
  const doors = forwards.map(({ host, guest }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`).join('');
  return [
    ...boardArguments(accelerator),
    ...['-smp', String(shape.cpus), '-m', `${shape.memory}M`],
    // virtiofsd reads and writes the machine's memory itself.
    ...['-object', `memory-backend-memfd,id=memory,size=${shape.memory}M,share=on`],
    ...['-numa', 'node,memdev=memory'],
    ...['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', kernelCommandLine(shape)],
    ...['-drive', `if=none,id=disk,file=${boot.disk},format=raw,snapshot=${keep ? 'off' : 'on'}`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    ...[
      '-chardev',
      `socket,id=share,path=${run.share}`,
      '-device',
      'vhost-user-fs-pci,chardev=share,tag=tsstep',
    ],
    ...['-netdev', `user,id=net${doors}`, '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-device', 'virtio-rng-pci', '-serial', `file:${run.console}`],
    ...['-qmp', `unix:${run.qmp},server=on,wait=off`],
  ];
}
