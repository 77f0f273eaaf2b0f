// The page against the stand-in, to look at by hand: npm run standin, and log in as maria ("a few words here").

import { StandIn } from './standin.ts';

const gateway = new StandIn('dist');
const address = await gateway.listen(Number(process.env.PORT ?? 8799));
gateway.run(1);
console.log(`${address}/`);
