import type { StoredSession } from '@store/core';

/** The password of these seals, used for nothing else. */
export const password = 'the password of the fixtures, which seals nothing else';
/** When they were sealed. */
export const sealedAt = Date.UTC(2026, 0, 1);

const content = {
  data: { name: 'Ada', cart: [1, null, { deep: true }], ключ: '☕' },
  flash: { notice: 'Welcome' },
  subject: 'ada',
  createdAt: sealedAt,
  idleTimeout: 3600,
  expiresAt: sealedAt + 3_600_000,
};
const oldId = 'an-old-session-id-of-43-characters-in-all-0';
const [first, second] = [
  'a-session-id-that-was-given-up-for-another0',
  'the-session-id-that-took-its-place-later-00',
];

/** Seals made by earlier versions, byte for byte, and their content. Add new ones, but never regenerate these. */
export const seals: { by: string; value: string; holds: Omit<StoredSession, 'exists'> }[] = [
  {
    by: 'the first release, before families',
    holds: { ...content, id: oldId, family: oldId, version: 7 },
    value:
      'Fe26.2*876d27bdb2246c4f**brvsQOIDfzr2TwaPX735yw*JlZtDc6pCMVTr5HxsNiIAdDHhtd0MfdZcr5ABemJ3hE5vh3HOUfE3Zxug30O0s' +
      'Zq0y1NKghLyv4IuyRTDcRF1ilUA087Thkp8aCXLTjGgKZ0MVOtDAPpPT9Hb05KhbXFeJ0pcTXEIuTLLwAJmyc1LlHpVZcisnfQ2Tg31qF5bheJ' +
      '-us-ditQvxZu6z-uHeSH-Br4xwfRm_r2sgGuPrIYk_JBKTa5hf-K3Py_J4whJYgrayE1JC66NFSfNBqJiP-GHQxmt94bhK55QnMdLnQnQeyHiH' +
      'a7DEH_AhNciTpmfYcZFILmNVcNrudGAgiWFZtLX5UqWJRhQRT1l2qpJ5RbLPtrrODn6GGLX3D56LDeUWo*1767229200000**2jA1pLVbSQEut' +
      '3-PD-MvOPv2t0ALVgE_dsIzNHlTLr0',
  },
  {
    by: 'the first release, without content',
    holds: {
      id: oldId,
      family: oldId,
      data: {},
      flash: {},
      createdAt: sealedAt,
      expiresAt: sealedAt + 7_200_000,
    },
    value:
      'Fe26.2*876d27bdb2246c4f**SITRJM4N8iV8ypRCaVgrFA*qpFBUnrQGp3VqtABCdM00zAXgQ5OtQVvI5y_NRPuZrPDQmNEMkbVdzvaMHLMuZ' +
      'pDe02iF7kczj1lw90zCQV05OWSYuD19lD-DriLZ1qlI4rDA1yB2i6qc3o2LdEemQxQGgWif8e7ZarngfBjkDM_uMHrvIbjRFDexmwOtn4fY9-T' +
      'jmgIpWcl9C9X5_nyyo8_4YH9N3N_vkVjqmS5T-1aQA*1767232800000**dheLoZ3h_j3wk2QBLQFiTHtuhcFBFfWBFqFcrh5YNdw',
  },
  {
    by: '1.1.0, under its first id',
    holds: { ...content, id: first, family: first, expireOnClose: true },
    value:
      'Fe26.2*876d27bdb2246c4f**THRUvcqLQzRz0vtARY0maQ*hgisGxCDKM6i2LjgfXafwZpdmgRD5XGCJleLKJxXo9FsPByyxNiOcFpFYWbM0-' +
      'IINZ6bO_cU7dKFvSL8hwvnLxBkawIDtCUESSMgtXEMNhBxbIBPwMYJXNL-1VDHBN64XGw9lQtHFKbpLByIIaHnMvhLjw0m8uZ6Di5q-OTdEs_A' +
      'J_MiKDpHlRVnJZkiC4Eepo2gbYp24BYmb5aAkeY1XJQIbsAC2RUnCyhXcipFxlBm4mdZn3dtHyxdIX0Ez-oQ1ywFDl4fSwxoygYgAn_-EZL93t' +
      'KSj34wxZawpcd95lFHXIgXT9j_UlekSJoIpBCIBGq8gYJWh7qp81Bk5FsYAaSrDG6lAVQs9EQgyWoRrZtf_iG1w06IGdc5xsENxHXP*1767229' +
      '200000**yk2hXKVtwG6Dl9pAoCGQTDAVOxc1v9pJEjzIyGsuIrs',
  },
  {
    by: '1.1.0, under a new id, with fields of a later version',
    holds: {
      ...content,
      id: second,
      family: `${first}.${second}`,
      expireOnClose: true,
      version: 7,
      unknownFields: { theme: 'dark' },
    },
    value:
      'Fe26.2*876d27bdb2246c4f**i7dlbJX-jLMLfwPzri6VaQ*VL8k6-mul5VQDqgc5--V1g8OtEmqSqtLAy6rCjF36MX5uJO-SejsUgVLh3E_BC' +
      'jUGFEuI8BpFgwUFY0-ik5OS4nlwNluyMoDkTedPP1P7Uwn273xwcyBvcEju_tkZ8e2foDCfL3Sn0o7v1qJexZ3DxmOchKyxVqezYe04WRx-I21' +
      'Z8b-koxGTfpfTH7aHGQ7MxG2Ns4KkKI2Cte19bWhFkn7g0EAg84_qUCgKeeizvywjI_ZYuoTc9r3D2OemJplvOrd0fLoADD_r6KY6lGO2c965k' +
      '4eaW2LPlIBXevsrSghjb-vKkm9mKofLjLoX82WcVHbkelTMBlZU5_Od2mP0RoOnNtEOp0NDSqsgzy_fqHIkNWOHZdCYKcezrqj8WRodQEJGXka' +
      'AknYUtLxdJTh7DuuoeZHl5faKYF3j_RUreZpzvehOqluJCW6Llmvh4eO9UztiAD9rpWv9299z0dM6KOCl_kmHaNjDLOcfKDaVKg*1767229200' +
      '000**RgxCTsx3uZ-QKYLK3Giea4EKZBrRfvE9Ll2upb6pRiU',
  },
];
