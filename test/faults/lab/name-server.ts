/** Which name server a program asks. */

/**
 * Files of its own, in the mount namespace that `ip netns exec` has made for the program: nobody else sees them, and they are gone
 * with it, however it ends.
 */
const SCRIPT = `
mount -t tmpfs names /mnt
echo "nameserver $1" > /mnt/resolv.conf
echo "hosts: files dns" > /mnt/nsswitch.conf
for file in resolv.conf nsswitch.conf; do mount --bind "/mnt/$file" "/etc/$file"; done
shift
exec "$@"`;

/** The command line, inside a namespace, that runs a program which asks the name server at this address and no other. */
export function asking(nameServer: string): readonly string[] {
  return ['sh', '-ec', SCRIPT, 'sh', nameServer];
}
