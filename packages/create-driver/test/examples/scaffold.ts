import { scaffoldDriver } from '@store/create-driver';

const { name, driver } = await scaffoldDriver({ directory: './my-driver', name: '@acme/sessions' });
console.log(`${name} begins in ${driver}`);
