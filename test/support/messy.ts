/** Changes of every kind that a container can make to the image `lab`, for what looks at them, packs them or copies them. */

export const mess = [
  'echo hi > /new; ln /new /new2; ln -s /etc /link; mkfifo /fifo; chmod 4711 /new',
  'mkdir -p /d/e; echo x > /d/e/f; chown 1000:1000 /d/e/f; touch -d @1700000000 /d/e/f',
  'rm /lab/README; rm -rf /lab/shared; mkdir /lab/shared; echo y > /lab/shared/z',
  'touch /etc/motd; chmod 700 /opt; rm -rf /srv; echo > /srv; rm -rf /home/student',
  'mkdir /var/www/sub; rmdir /var/www/sub; chown 5 /run; chown 0 /run',
  'mv /usr/share/lab /usr/share/lab2; mkdir -p "/$(head -c 120 /dev/zero | tr "\\0" n)/ünï"',
].join('\n');

/** What `docker diff` says of it. */
export const messChanges = [
  'A /d',
  'A /d/e',
  'A /d/e/f',
  'C /etc',
  'C /etc/motd',
  'A /fifo',
  'C /home',
  'D /home/student',
  'C /lab',
  'D /lab/README',
  'C /lab/shared',
  'D /lab/shared/hello.txt',
  'A /lab/shared/z',
  'A /link',
  'A /new',
  'A /new2',
  `A /${'n'.repeat(120)}`,
  `A /${'n'.repeat(120)}/ünï`,
  'C /opt',
  'C /srv',
  'C /usr',
  'C /usr/share',
  'D /usr/share/lab',
  'A /usr/share/lab2',
  'A /usr/share/lab2/README',
];
